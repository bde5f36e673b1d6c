// Setting a password by a link: of an invitation, or for one that was forgotten.
import { Alert, Button, PasswordInput, Stack } from '@mantine/core';
import { Link } from '@tanstack/react-router';
import { type FormEvent, useState } from 'react';
import { useSetPassword } from '../../api/session';
import { messageOf } from '../../components/states';
import { t } from '../../texts';
import { tokenInAddress, Welcome } from './Welcome';

export default function SetPassword() {
  const [token] = useState(tokenInAddress);
  const [password, setPassword] = useState('');
  const set = useSetPassword();
  const submit = (event: FormEvent) => {
    event.preventDefault();
    set.mutate(
      { token, new_password: password },
      // A link that was used does not stay in the browser's history.
      { onSuccess: () => window.history.replaceState(null, '', '/password') },
    );
  };
  return (
    <Welcome title={t.shell.password.title}>
      <form onSubmit={submit} className="rise">
        <h1>{t.shell.password.title}</h1>
        <Stack gap="md">
          {!set.isSuccess && (
            <>
              <p className="muted">{t.shell.password.about}</p>
              <PasswordInput
                label={t.shell.password.label}
                autoComplete="new-password"
                required
                withAsterisk={false}
                minLength={10}
                value={password}
                onChange={(event) => setPassword(event.currentTarget.value)}
              />
            </>
          )}
          {(set.isError || !token) && (
            <Alert color="red" role="alert">
              {token ? messageOf(set.error) : t.shell.password.noToken}
            </Alert>
          )}
          {set.isSuccess && (
            <Alert color="green" role="status">
              {t.shell.password.set}
            </Alert>
          )}
          {!set.isSuccess && (
            <Button type="submit" size="md" loading={set.isPending} disabled={!token}>
              {t.shell.password.submit}
            </Button>
          )}
          <Link to="/sign-in">{set.isSuccess ? t.shell.signIn.submit : t.shell.forgotten.back}</Link>
        </Stack>
      </form>
    </Welcome>
  );
}
