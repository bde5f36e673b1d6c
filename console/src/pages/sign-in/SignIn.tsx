// Signing in; on a new workspace, making the first account.
import { Alert, Button, PasswordInput, Stack, TextInput } from '@mantine/core';
import { useDocumentTitle } from '@mantine/hooks';
import { IconCircleCheck } from '@tabler/icons-react';
import { useNavigate, useSearch } from '@tanstack/react-router';
import { type FormEvent, useState } from 'react';
import { useSetUp, useSetup, useSignIn } from '../../api/session';
import { Mark } from '../../components/Mark';
import { messageOf } from '../../components/states';
import { t } from '../../texts';
import './sign-in.css';

export default function SignIn() {
  const { data: setup } = useSetup();
  useDocumentTitle(`${t.shell.signIn.submit} · ${t.shell.product}`);
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
      <main className="welcome-form">{setup?.needed ? <First /> : <Form />}</main>
    </div>
  );
}

function useLeave() {
  const navigate = useNavigate();
  const { to } = useSearch({ from: '/sign-in' });
  return () => void navigate({ href: to ?? '/' });
}

function Form() {
  const [email, setEmail] = useState('');
  const [password, setPassword] = useState('');
  const signIn = useSignIn();
  const leave = useLeave();
  const submit = (event: FormEvent) => {
    event.preventDefault();
    signIn.mutate({ email, password }, { onSuccess: leave });
  };
  return (
    <form onSubmit={submit} className="rise">
      <h1>{t.shell.signIn.title}</h1>
      <Stack gap="md">
        <TextInput
          label={t.shell.signIn.email}
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
  );
}

/** The first administrator, with the code that stands where the server was started. */
function First() {
  const [given, setGiven] = useState({ token: '', name: '', email: '', password: '' });
  const setUp = useSetUp();
  const leave = useLeave();
  const submit = (event: FormEvent) => {
    event.preventDefault();
    setUp.mutate(given, { onSuccess: leave });
  };
  return (
    <form onSubmit={submit} className="rise">
      <h1>{t.shell.setUp.title}</h1>
      <p className="muted">{t.shell.setUp.about}</p>
      <Stack gap="md">
        <TextInput
          label={t.shell.setUp.token}
          description={t.shell.setUp.tokenHelp}
          required
          withAsterisk={false}
          value={given.token}
          onChange={(event) => setGiven({ ...given, token: event.currentTarget.value.trim() })}
        />
        <TextInput
          label={t.shell.setUp.name}
          autoComplete="name"
          required
          withAsterisk={false}
          value={given.name}
          onChange={(event) => setGiven({ ...given, name: event.currentTarget.value })}
        />
        <TextInput
          label={t.shell.signIn.email}
          inputMode="email"
          autoComplete="username"
          required
          withAsterisk={false}
          value={given.email}
          onChange={(event) => setGiven({ ...given, email: event.currentTarget.value })}
        />
        <PasswordInput
          label={t.shell.signIn.password}
          autoComplete="new-password"
          required
          withAsterisk={false}
          value={given.password}
          onChange={(event) => setGiven({ ...given, password: event.currentTarget.value })}
        />
        {setUp.isError && (
          <Alert color="red" role="alert">
            {messageOf(setUp.error)}
          </Alert>
        )}
        <Button type="submit" size="md" loading={setUp.isPending}>
          {t.shell.setUp.submit}
        </Button>
      </Stack>
    </form>
  );
}
