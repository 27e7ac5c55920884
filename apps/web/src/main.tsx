import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import { App } from './app.tsx';
import { Failure } from './components/failure.tsx';
import { createServices } from './services.ts';
import { start } from './start.ts';
import './styles/styles.css';
import './updates.ts';

const element = document.getElementById('root');
if (element === null) throw new Error('index.html has no element with the id "root"');
const root = createRoot(element);
const services = await createServices().catch((error: unknown) => {
  root.render(<Failure error={error} />);
});
if (services) {
  root.render(
    <StrictMode>
      <App services={services} />
    </StrictMode>,
  );
  await start(services);
}
