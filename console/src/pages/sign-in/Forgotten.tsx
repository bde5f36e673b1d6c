// A password that was forgotten: asks for a link. What it answers is the same for every address.
import { Alert, Button, Stack, TextInput } from '@mantine/core';
import { Link } from '@tanstack/react-router';
import { type FormEvent, useState } from 'react';
import { useAskReset } from '../../api/session';
import { messageOf } from '../../components/states';
import { t } from '../../texts';
import { Welcome } from './Welcome';

export default function Forgotten() {
  const [email, setEmail] = useState('');
  const ask = useAskReset();
  const submit = (event: FormEvent) => {
    event.preventDefault();
    ask.mutate(email);
  };
  return (
    <Welcome title={t.shell.forgotten.title}>
      <form onSubmit={submit} className="rise">
        <h1>{t.shell.forgotten.title}</h1>
        <Stack gap="md">
          <p className="muted">{t.shell.forgotten.about}</p>
          <TextInput
            label={t.shell.signIn.email}
            inputMode="email"
            autoComplete="username"
            required
            withAsterisk={false}
            value={email}
            onChange={(event) => setEmail(event.currentTarget.value)}
          />
          {ask.isError && (
            <Alert color="red" role="alert">
              {messageOf(ask.error)}
            </Alert>
          )}
          {ask.isSuccess && (
            <Alert color="green" role="status">
              {t.shell.forgotten.sent}
            </Alert>
          )}
          <Button type="submit" size="md" loading={ask.isPending}>
            {t.shell.forgotten.submit}
          </Button>
          <Link to="/sign-in">{t.shell.forgotten.back}</Link>
        </Stack>
      </form>
    </Welcome>
  );
}
