import { loadBrowserModel } from './llamella.js';

const [form, question, answer] = ['form', 'question', 'answer'].map((id) => document.getElementById(id));
const model = await loadBrowserModel();
answer.textContent = `${model.name} on ${model.device}, ready.`;

form.onsubmit = async (event) => {
  event.preventDefault();
  answer.textContent = '';
  const system = { role: 'system', content: model.recommendedSystemPrompt };
  const messages = [system, { role: 'user', content: question.value }];
  for await (const { text } of model.chat(messages, { maxTokens: 200 })) answer.textContent += text;
};
