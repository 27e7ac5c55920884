import { Suspense, useCallback, useEffect, useState } from 'react';
import { Announcer } from './components/announcer.tsx';
import { Composer } from './components/composer.tsx';
import { DropAnywhere } from './components/drop-anywhere.tsx';
import { ErrorBoundary } from './components/error-boundary.tsx';
import { Icon } from './components/icons.tsx';
import { lazyWindow } from './components/lazy-window.tsx';
import { LoadPanel } from './components/load-panel.tsx';
import { Messages } from './components/messages.tsx';
import { ModelButton } from './components/model-button.tsx';
import { Notice } from './components/notice.tsx';
import { Sidebar } from './components/sidebar.tsx';
import { ThemeButton, useTheme } from './components/theme.tsx';
import { UpdateNotice } from './components/update-notice.tsx';
import { describeError } from './model/describe-error.ts';
import { useObservable } from './platform/observable.ts';
import { type Services, ServicesContext, useServices } from './services.ts';

const ModelDialog = lazyWindow(() => import('./components/model-dialog.tsx'));
const SettingsDialog = lazyWindow(() => import('./components/settings-dialog.tsx'));
const SidebarDialog = lazyWindow(() => import('./components/sidebar-dialog.tsx'));

const pageTitle = document.title;

type Window = 'models' | 'settings' | 'conversations';

/** The page. */
export function App({ services }: { readonly services: Services }) {
  return (
    <ErrorBoundary>
      <ServicesContext value={services}>
        <Page />
      </ServicesContext>
    </ErrorBoundary>
  );
}

function Page() {
  const { library } = useServices();
  const { title, messages } = useObservable(library.current);
  const isEmpty = Object.keys(messages).length === 0;
  const [open, setOpen] = useState<Window>();
  const close = useCallback(() => setOpen(undefined), []);
  useTheme();
  useEffect(() => {
    document.title = isEmpty ? pageTitle : `${title} · ${pageTitle}`;
  }, [title, isEmpty]);
  return (
    <div className="page">
      <a className="skip" href="#message">
        Skip to the message field
      </a>
      <nav className="sidebar" aria-label="Conversations">
        <Sidebar onChosen={close} />
      </nav>
      <main>
        {!isEmpty && <h1 className="hidden">{title}</h1>}
        <header className="top">
          <button
            type="button"
            className="quiet icon-only menu"
            aria-label="Conversations"
            aria-haspopup="dialog"
            onClick={() => setOpen('conversations')}
          >
            <Icon name="menu" />
          </button>
          <ModelButton onOpen={() => setOpen('models')} />
          <span className="spacer" />
          <TokensButton />
          <button
            type="button"
            className="quiet icon-only"
            aria-label="Settings"
            title="Settings"
            aria-haspopup="dialog"
            onClick={() => setOpen('settings')}
          >
            <Icon name="settings" />
          </button>
          <ThemeButton />
        </header>
        <div className="notices">
          {open !== 'models' && <LoadPanel onChooseModel={() => setOpen('models')} />}
          <StorageNotice />
          <UpdateNotice />
        </div>
        <Messages onChooseModel={() => setOpen('models')} />
        <Composer />
      </main>
      <DropAnywhere />
      <Announcer />
      <Suspense>
        {open === 'models' && <ModelDialog onClose={close} />}
        {open === 'settings' && <SettingsDialog onClose={close} />}
        {open === 'conversations' && <SidebarDialog onClose={close} />}
      </Suspense>
    </div>
  );
}

function TokensButton() {
  const { preferences } = useServices();
  const { showTokens } = useObservable(preferences);
  return (
    <button
      type="button"
      className="quiet icon-only toggle"
      aria-pressed={showTokens}
      aria-label="Token probabilities"
      title="Token probabilities"
      onClick={() => preferences.set({ ...preferences.get(), showTokens: !showTokens })}
    >
      <Icon name="tokens" />
    </button>
  );
}

function StorageNotice() {
  const { library, storageError } = useServices();
  const failure = useObservable(library.failure) ?? storageError;
  const [seen, setSeen] = useState<unknown>();
  if (failure === undefined || failure === seen) return null;
  const { title, advice, detail } = describeError(failure, 'storing');
  return (
    <Notice kind="warning" title={title} detail={detail} onClose={() => setSeen(failure)}>
      <p>{advice}</p>
    </Notice>
  );
}
