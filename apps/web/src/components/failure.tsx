/** What is shown when the page itself fails. */
export function Failure({ error }: { readonly error: unknown }) {
  return (
    <main className="failure">
      <h1>The page stopped working.</h1>
      <p>Conversations and models are kept. Reload the page to go on.</p>
      <button type="button" className="primary" onClick={() => location.reload()}>
        Reload the page
      </button>
      <details>
        <summary>What went wrong</summary>
        <pre>{error instanceof Error ? `${error.name}: ${error.message}` : String(error)}</pre>
      </details>
    </main>
  );
}
