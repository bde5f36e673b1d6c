// Signing in; on a new workspace, making the first account.
import { Alert, Button, Divider, PasswordInput, Stack, TextInput } from '@mantine/core';
import { Link, useNavigate, useSearch } from '@tanstack/react-router';
import { type FormEvent, useState } from 'react';
import { url } from '../../api/client';
import { type Setup, useSetUp, useSetup, useSignIn } from '../../api/session';
import { messageOf } from '../../components/states';
import { t } from '../../texts';
import { tokenInAddress, Welcome } from './Welcome';

export default function SignIn() {
  const { data: setup } = useSetup();
  return (
    <Welcome title={t.shell.signIn.submit}>{setup?.needed ? <First /> : <Form setup={setup} />}</Welcome>
  );
}

function useLeave() {
  const navigate = useNavigate();
  const { to } = useSearch({ strict: false });
  return () => void navigate({ href: to ?? '/' });
}

function Form({ setup }: { setup: Setup | undefined }) {
  const { to, problem } = useSearch({ strict: false });
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
        {problem && !signIn.isError && (
          <Alert color="red" role="alert">
            {t.shell.signIn.problems[problem] ?? t.shell.signIn.failed}
          </Alert>
        )}
        <Button type="submit" size="md" loading={signIn.isPending}>
          {t.shell.signIn.submit}
        </Button>
        {setup?.openid && (
          <>
            <Divider label={t.shell.signIn.or} />
            <Button component="a" href={url('/session/openid', { to })} size="md" variant="default">
              {t.shell.signIn.by(setup.openid)}
            </Button>
          </>
        )}
        {setup?.mail && <Link to="/forgotten">{t.shell.signIn.forgotten}</Link>}
      </Stack>
    </form>
  );
}

/** The first administrator, with the code that stands where the server was started. */
function First() {
  const [given, setGiven] = useState({ token: tokenInAddress(), name: '', email: '', password: '' });
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
