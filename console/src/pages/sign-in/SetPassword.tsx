// Setting a password by a link: of an invitation, or for one that was forgotten.
import { Alert, PasswordInput, Stack } from '@mantine/core';
import { Link } from '@tanstack/react-router';
import { useState } from 'react';
import { useSetPassword } from '../../api/session';
import { t } from '../../texts';
import { tokenInAddress, Welcome, WelcomeForm } from './Welcome';

export default function SetPassword() {
  const [token] = useState(tokenInAddress);
  const [password, setPassword] = useState('');
  const set = useSetPassword();
  const submit = () =>
    set.mutate(
      { token, new_password: password },
      // A link that was used does not stay in the browser's history.
      { onSuccess: () => window.history.replaceState(null, '', '/password') },
    );
  return (
    <Welcome title={t.shell.password.title}>
      {set.isSuccess ? (
        <div className="rise">
          <h1>{t.shell.password.title}</h1>
          <Stack gap="md">
            <Alert color="green" role="status">
              {t.shell.password.set}
            </Alert>
            <Link to="/sign-in">{t.shell.signIn.submit}</Link>
          </Stack>
        </div>
      ) : (
        <WelcomeForm
          title={t.shell.password.title}
          about={t.shell.password.about}
          submit={t.shell.password.submit}
          busy={set.isPending}
          error={token ? set.error : new Error(t.shell.password.noToken)}
          disabled={!token}
          onSubmit={submit}
          more={<Link to="/sign-in">{t.shell.forgotten.back}</Link>}
        >
          <PasswordInput
            label={t.shell.password.label}
            autoComplete="new-password"
            required
            withAsterisk={false}
            minLength={10}
            value={password}
            onChange={(event) => setPassword(event.currentTarget.value)}
          />
        </WelcomeForm>
      )}
    </Welcome>
  );
}
