import { CopyButton } from '../components/copy-button.tsx';

/** Code with its language and a button that copies it. */
export function CodeBlock({ code, language }: { readonly code: string; readonly language: string }) {
  const name = language.trim().split(/\s+/)[0] ?? '';
  return (
    <div className="code-block">
      <div className="code-head">
        <span>{name || 'text'}</span>
        <CopyButton text={code} label="Copy code" />
      </div>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: a region that scrolls must be reachable by keyboard */}
      {/* biome-ignore lint/a11y/useSemanticElements: a fieldset holds fields */}
      <pre tabIndex={0} aria-label={name ? `Code, ${name}` : 'Code'} role="group">
        <code>{code}</code>
      </pre>
    </div>
  );
}
