// Signing in; on a new workspace, making the first account.
import { Button, Divider, PasswordInput, TextInput } from '@mantine/core';
import { Link, useNavigate, useSearch } from '@tanstack/react-router';
import { useState } from 'react';
import { url } from '../../api/client';
import { type Setup, useSetUp, useSetup, useSignIn } from '../../api/session';
import { t } from '../../texts';
import { EmailInput, tokenInAddress, Welcome, WelcomeForm } from './Welcome';

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
  const came = problem ? new Error(t.shell.signIn.problems[problem] ?? t.shell.signIn.failed) : null;
  return (
    <WelcomeForm
      title={t.shell.signIn.title}
      submit={t.shell.signIn.submit}
      busy={signIn.isPending}
      error={signIn.error ?? came}
      onSubmit={() => signIn.mutate({ email, password }, { onSuccess: leave })}
      more={
        <>
          {setup?.openid && (
            <>
              <Divider label={t.shell.signIn.or} />
              <Button component="a" href={url('/session/openid', { to })} size="md" variant="default">
                {t.shell.signIn.by(setup.openid)}
              </Button>
            </>
          )}
          {setup?.mail && <Link to="/forgotten">{t.shell.signIn.forgotten}</Link>}
        </>
      }
    >
      <EmailInput value={email} onChange={setEmail} />
      <PasswordInput
        label={t.shell.signIn.password}
        autoComplete="current-password"
        required
        withAsterisk={false}
        value={password}
        onChange={(event) => setPassword(event.currentTarget.value)}
      />
    </WelcomeForm>
  );
}

/** The first administrator, with the code that stands where the server was started. */
function First() {
  const [given, setGiven] = useState({ token: tokenInAddress(), name: '', email: '', password: '' });
  const setUp = useSetUp();
  const leave = useLeave();
  return (
    <WelcomeForm
      title={t.shell.setUp.title}
      about={t.shell.setUp.about}
      submit={t.shell.setUp.submit}
      busy={setUp.isPending}
      error={setUp.error}
      onSubmit={() => setUp.mutate(given, { onSuccess: leave })}
    >
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
      <EmailInput value={given.email} onChange={(email) => setGiven({ ...given, email })} />
      <PasswordInput
        label={t.shell.signIn.password}
        autoComplete="new-password"
        required
        withAsterisk={false}
        value={given.password}
        onChange={(event) => setGiven({ ...given, password: event.currentTarget.value })}
      />
    </WelcomeForm>
  );
}
