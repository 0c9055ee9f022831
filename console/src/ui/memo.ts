/**
 * A component that is drawn again only when one of its properties is another one, or what it listens to itself. That of
 * preact/compat would bring all of React's names with it.
 */
import { Component, h, type FunctionComponent } from "preact";

export function memo<P extends object>(inner: FunctionComponent<P>): FunctionComponent<P> {
  return class extends Component<P> {
    override shouldComponentUpdate(next: P): boolean {
      const names = new Set([...Object.keys(next), ...Object.keys(this.props)]) as Set<keyof P>;
      return [...names].some((name) => next[name] !== (this.props as P)[name]);
    }
    override render() {
      return h(inner, this.props as P);
    }
  } as unknown as FunctionComponent<P>;
}
