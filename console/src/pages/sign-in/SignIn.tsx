// Signing in; on a new workspace, making the first account.
import { Alert, Button, PasswordInput, Stack, TextInput } from '@mantine/core';
import { useDocumentTitle } from '@mantine/hooks';
import { IconCircleCheck } from '@tabler/icons-react';
import { useNavigate, useSearch } from '@tanstack/react-router';
import { type FormEvent, useState } from 'react';
import { useSignIn } from '../../api/session';
import { Mark } from '../../components/Mark';
import { messageOf } from '../../components/states';
import { t } from '../../texts';
import './sign-in.css';

export default function SignIn() {
  useDocumentTitle(`${t.shell.signIn.submit} · ${t.shell.product}`);
  const [email, setEmail] = useState('');
  const [password, setPassword] = useState('');
  const signIn = useSignIn();
  const navigate = useNavigate();
  const { to } = useSearch({ from: '/sign-in' });
  const submit = (event: FormEvent) => {
    event.preventDefault();
    signIn.mutate({ email, password }, { onSuccess: () => void navigate({ href: to ?? '/' }) });
  };
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
      <main className="welcome-form">
        <form onSubmit={submit} className="rise">
          <h1>{t.shell.signIn.title}</h1>
          <Stack gap="md">
            <TextInput
              label={t.shell.signIn.email}
              type="text"
              inputMode="email"
              autoComplete="username"
              required
              withAsterisk={false}
              value={email}
              onChange={(event) => setEmail(event.currentTarget.value)}
            />
            <PasswordInput
              label={t.shell.signIn.password}
              autoComplete="current-password"
              required
              withAsterisk={false}
              value={password}
              onChange={(event) => setPassword(event.currentTarget.value)}
            />
            {signIn.isError && (
              <Alert color="red" role="alert">
                {messageOf(signIn.error)}
              </Alert>
            )}
            <Button type="submit" size="md" loading={signIn.isPending}>
              {t.shell.signIn.submit}
            </Button>
          </Stack>
        </form>
      </main>
    </div>
  );
}
