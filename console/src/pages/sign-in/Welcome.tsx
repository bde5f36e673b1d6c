// The frame of the pages before one has signed in: what this is on one side, a form on the other.
import { Alert, Button, Stack, TextInput } from '@mantine/core';
import { useDocumentTitle } from '@mantine/hooks';
import { IconCircleCheck } from '@tabler/icons-react';
import type { FormEvent, ReactNode } from 'react';
import { Mark } from '../../components/Mark';
import { messageOf } from '../../components/states';
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

/** What is asked for, one button that sends it, and what came of it. */
export function WelcomeForm(props: {
  title: string;
  about?: string;
  submit: string;
  busy: boolean;
  /** Why it was refused; null if it was not. */
  error: unknown;
  disabled?: boolean;
  onSubmit: () => void;
  children: ReactNode;
  /** Below the button. */
  more?: ReactNode;
}) {
  const submit = (event: FormEvent) => {
    event.preventDefault();
    props.onSubmit();
  };
  return (
    <form onSubmit={submit} className="rise">
      <h1>{props.title}</h1>
      {props.about && <p className="muted">{props.about}</p>}
      <Stack gap="md">
        {props.children}
        {props.error ? (
          <Alert color="red" role="alert">
            {messageOf(props.error)}
          </Alert>
        ) : null}
        <Button type="submit" size="md" loading={props.busy} disabled={props.disabled}>
          {props.submit}
        </Button>
        {props.more}
      </Stack>
    </form>
  );
}

/** By which one signs in. */
export function EmailInput({ value, onChange }: { value: string; onChange: (next: string) => void }) {
  return (
    <TextInput
      label={t.shell.signIn.email}
      inputMode="email"
      autoComplete="username"
      required
      withAsterisk={false}
      value={value}
      onChange={(event) => onChange(event.currentTarget.value)}
    />
  );
}

/** The secret of a link. It stands behind the #, which browsers send to no server. */
export function tokenInAddress(): string {
  return new URLSearchParams(window.location.hash.slice(1)).get('token') ?? '';
}
