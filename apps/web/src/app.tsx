/** The page. */
export function App() {
  return (
    <main>
      <h1>Llamella</h1>
    </main>
  );
}
