// The frame of the pages before one has signed in: what this is on one side, a form on the other.
import { useDocumentTitle } from '@mantine/hooks';
import { IconCircleCheck } from '@tabler/icons-react';
import type { ReactNode } from 'react';
import { Mark } from '../../components/Mark';
import { t } from '../../texts';
import './sign-in.css';

export function Welcome({ title, children }: { title: string; children: ReactNode }) {
  useDocumentTitle(`${title} · ${t.shell.product}`);
  return (
    <div className="welcome">
      <section className="welcome-story" aria-label={t.shell.product}>
        <span className="brand">
          <Mark size={34} /> {t.shell.product}
        </span>
        <p className="welcome-about">{t.shell.signIn.about}</p>
        <ul>
          {t.shell.signIn.points.map((point) => (
            <li key={point}>
              <IconCircleCheck size={19} stroke={1.7} aria-hidden /> {point}
            </li>
          ))}
        </ul>
      </section>
      <main className="welcome-form">{children}</main>
    </div>
  );
}

/** The secret of a link. It stands behind the #, which browsers send to no server. */
export function tokenInAddress(): string {
  return new URLSearchParams(window.location.hash.slice(1)).get('token') ?? '';
}
