/** The name of the page with its mark: thin layers, one above the other. */
export function Wordmark() {
  return (
    <span className="wordmark">
      <Layers />
      Llamella
    </span>
  );
}

/** The mark. */
export function Layers({ className }: { readonly className?: string }) {
  return (
    <svg
      className={className ? `layers ${className}` : 'layers'}
      viewBox="0 0 48 48"
      aria-hidden="true"
      focusable="false"
    >
      <path d="M6 13c9-7 27-7 36 0" />
      <path d="M6 19.5c9-6 27-6 36 0" />
      <path d="M6 26c9-5 27-5 36 0" />
      <path d="M6 32.5c9-4 27-4 36 0" />
      <path d="M6 39c9-3 27-3 36 0" />
    </svg>
  );
}
