import { Component, type ReactNode } from 'react';
import { Failure } from './failure.tsx';

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
    return this.state.hasFailed ? <Failure error={this.state.error} /> : this.props.children;
  }
}
