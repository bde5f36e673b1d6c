// The head of a page: its title, what it is about, what can be done.
import { useDocumentTitle } from '@mantine/hooks';
import type { ReactNode } from 'react';
import { t } from '../texts';

export function Page(props: {
  title: string;
  about?: ReactNode;
  actions?: ReactNode;
  before?: ReactNode;
  wide?: boolean;
  children: ReactNode;
}) {
  useDocumentTitle(`${props.title} · ${t.shell.product}`);
  return (
    <div className={props.wide ? 'page page-wide' : 'page'}>
      {props.before}
      <header className="page-head">
        <div className="page-title">
          <h1>{props.title}</h1>
          {props.about && <div className="muted page-about">{props.about}</div>}
        </div>
        {props.actions && <div className="page-actions">{props.actions}</div>}
      </header>
      {props.children}
    </div>
  );
}
