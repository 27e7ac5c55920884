# Requirements: python 3.11, transformers==5.23.0, jinja2==3.1.6
"""Writes packages/chat/test/golden/templates.golden.json: the 53 templates of hf-jinja-e2e.json (a dump of
packages/jinja/test/e2e.test.js of huggingface/huggingface.js at fe42e680), each with many conversations, as
transformers renders them. Of each text, the first 16 digits of its SHA-256 are kept; null stands for an error.

Run: python tooling/reference/chat_templates.py path/to/hf-jinja-e2e.json [file for the texts themselves]
"""

import datetime
import hashlib
import json
import sys
from pathlib import Path

import transformers.utils.chat_template_utils as utils

TARGET = Path(__file__).parents[2] / "packages/chat/test/golden/templates.golden.json"


class FixedTime(datetime.datetime):
    @classmethod
    def now(cls, tz=None):
        return cls(2025, 7, 10, 12, 0, 0)


utils.datetime = FixedTime

USER = {"role": "user", "content": "Why is the sky blue?"}
ANSWER = {"role": "assistant", "content": "Rayleigh scattering."}
SYSTEM = {"role": "system", "content": "You are terse."}
THOUGHT = {"role": "assistant", "content": "<think>\nHmm, light.\n</think>\n\nScattering."}
REASONED = {"role": "assistant", "content": "Scattering.", "reasoning_content": "Hmm, light."}
WEATHER = {
    "type": "function",
    "function": {
        "name": "get_weather",
        "description": "Weather now, in \u00b0C.",
        "parameters": {
            "type": "object",
            "properties": {
                "city": {"type": "string", "description": "The city, e.g. \"Z\u00fcrich\""},
                "days": {"type": "integer", "default": 1},
                "units": {"type": "string", "enum": ["C", "F"], "nullable": True},
                "spots": {"type": "array", "items": {"type": "object", "properties": {"a": {"type": ["string", "null"]}}}},
            },
            "required": ["city"],
        },
    },
}
PLAIN = {"type": "function", "function": {"name": "stop", "description": "Stops.", "parameters": {"type": "object", "properties": {}}}}
ARGUMENTS = {"city": "Z\u00fcrich", "days": 2, "ok": True, "none": None, "list": [1, 2.5, "x"]}


def call(arguments, identifier="abcdef123", content=None, **extra):
    entry = {"id": identifier, "type": "function", "function": {"name": "get_weather", "arguments": arguments}}
    return {"role": "assistant", "content": content, "tool_calls": [entry], **extra}


TWO = {
    "role": "assistant",
    "content": "",
    "tool_calls": [
        {"id": "aaaaaaaa1", "type": "function", "function": {"name": "get_weather", "arguments": {"city": "A"}}},
        {"id": "aaaaaaaa2", "type": "function", "function": {"name": "stop", "arguments": {}}},
    ],
}
RESULT = {"role": "tool", "name": "get_weather", "tool_call_id": "abcdef123", "content": "12 \u00b0C"}
RESULTS = [{**RESULT, "tool_call_id": "aaaaaaaa1"}, {**RESULT, "name": "stop", "tool_call_id": "aaaaaaaa2", "content": "{\"ok\": true}"}]
DOCUMENTS = [{"title": "Sky", "text": "It is blue."}, {"title": "Sea", "text": "So is it.", "n": 1}]
PARTS = {"role": "user", "content": [{"type": "text", "text": "Why "}, {"type": "text", "text": "blue?"}]}
IMAGE = {"role": "user", "content": [{"type": "image"}, {"type": "text", "text": "What is this?"}]}
TOOLS = [WEATHER, PLAIN]

CASES = {
    "one turn": ([USER], {}),
    "no prompt": ([USER, ANSWER], {"add_generation_prompt": False}),
    "system": ([SYSTEM, USER], {}),
    "turns": ([SYSTEM, USER, ANSWER, {"role": "user", "content": "  And at\nsunset?  "}], {}),
    "turns without system": ([USER, ANSWER, USER, THOUGHT, USER], {}),
    "thought": ([USER, THOUGHT, USER], {"enable_thinking": False}),
    "reasoned": ([USER, REASONED, USER, REASONED], {"enable_thinking": True}),
    "thinking": ([SYSTEM, USER], {"enable_thinking": True, "thinking": True, "reasoning": True}),
    "not thinking": ([SYSTEM, USER], {"enable_thinking": False, "thinking": False, "reasoning": False}),
    "wrong order": ([ANSWER, USER, USER], {}),
    "two systems": ([SYSTEM, USER, SYSTEM, USER], {}),
    "empty": ([], {}),
    "empty texts": ([{"role": "user", "content": ""}, {"role": "assistant", "content": ""}], {}),
    "unknown role": ([{"role": "critic", "content": "x"}], {}),
    "no content": ([{"role": "user"}], {}),
    "null content": ([USER, {"role": "assistant", "content": None}], {}),
    "unicode": ([{"role": "user", "content": "\u65e5\u672c\u8a9e \U0001f999 \u00a0\u2028 \u0000 <|im_end|> {{ x }}"}], {}),
    "parts": ([PARTS, ANSWER, PARTS], {}),
    "image": ([IMAGE], {}),
    "tools": ([USER], {"tools": TOOLS}),
    "tools and system": ([SYSTEM, USER], {"tools": TOOLS}),
    "call": ([USER, call(ARGUMENTS)], {"tools": TOOLS, "add_generation_prompt": False}),
    "call and result": ([USER, call(ARGUMENTS), RESULT], {"tools": TOOLS}),
    "call, result, answer": ([SYSTEM, USER, call(ARGUMENTS), RESULT, ANSWER, USER], {"tools": TOOLS}),
    "call with text": ([USER, call({"city": "A"}, content="Let me see."), RESULT], {"tools": TOOLS}),
    "call with reasoning": ([USER, call({"city": "A"}, content="", reasoning_content="Need weather."), RESULT], {"tools": TOOLS}),
    "arguments as text": ([USER, call(json.dumps(ARGUMENTS)), RESULT], {"tools": TOOLS}),
    "two calls": ([USER, TWO, *RESULTS], {"tools": TOOLS}),
    "call without tools": ([USER, call({"city": "A"}), RESULT, ANSWER], {}),
    "no tools": ([USER], {"tools": []}),
    "object result": ([USER, call({"city": "A"}), {**RESULT, "content": {"t": 12.5}}], {"tools": TOOLS}),
    "documents": ([USER], {"documents": DOCUMENTS}),
    "documents and tools": ([SYSTEM, USER], {"documents": DOCUMENTS, "tools": TOOLS}),
    "builtin tools": ([USER], {"builtin_tools": ["brave_search", "code_interpreter"], "tools": TOOLS, "date_string": "1 Jan 2026"}),
    "continue": ([USER, {"role": "assistant", "content": "The sky "}], {"continue_final_message": True, "add_generation_prompt": False}),
    "continue trimmed": ([USER, {"role": "assistant", "content": " It is\n"}], {"continue_final_message": True, "add_generation_prompt": False}),
    "continue parts": ([USER, {"role": "assistant", "content": [{"type": "text", "text": "The sky"}]}], {"continue_final_message": True, "add_generation_prompt": False}),
    "continue reasoning": ([USER, {"role": "assistant", "content": "", "reasoning_content": "Let me"}], {"continue_final_message": "reasoning_content", "add_generation_prompt": False}),
}
TOKENS = {"bos_token": "<s>", "eos_token": "</s>"}


def main():
    stored = json.loads(Path(sys.argv[1]).read_text())["render"]
    results, texts = {}, {}
    for entry in stored:
        rows = []
        for name, (messages, options) in CASES.items():
            try:
                values = {"add_generation_prompt": True, **TOKENS, **options}
                text = utils.render_jinja_template([messages], chat_template=entry["chat_template"], **values)[0][0]
            except Exception as error:
                texts[f"{entry['name']} | {name}"] = {"error": str(error)}
                rows.append(None)
                continue
            texts[f"{entry['name']} | {name}"] = text
            rows.append(hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:16])
        results[entry["name"]] = rows
    cases = [{"name": name, "messages": messages, "options": options} for name, (messages, options) in CASES.items()]
    lines = ",\n".join(f"{json.dumps(name)}: {json.dumps(rows)}" for name, rows in results.items())
    shown = ",\n".join(json.dumps(case) for case in cases)
    TARGET.write_text(f'{{"cases": [\n{shown}\n],\n"results": {{\n{lines}\n}}}}\n')
    if len(sys.argv) > 2:
        Path(sys.argv[2]).write_text(json.dumps(texts))


main()
