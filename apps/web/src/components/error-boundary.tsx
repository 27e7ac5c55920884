import { Component, type ReactNode } from 'react';

/** Shows what is left to do when the page itself fails, instead of nothing. */
export class ErrorBoundary extends Component<
  { readonly children: ReactNode },
  { readonly error: unknown; readonly hasFailed: boolean }
> {
  override state = { error: undefined as unknown, hasFailed: false };

  static getDerivedStateFromError(error: unknown) {
    return { error, hasFailed: true };
  }

  override render() {
    if (!this.state.hasFailed) return this.props.children;
    const { error } = this.state;
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
}
