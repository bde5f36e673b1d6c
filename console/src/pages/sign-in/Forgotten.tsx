// A password that was forgotten: asks for a link. What it answers is the same for every address.
import { Alert } from '@mantine/core';
import { Link } from '@tanstack/react-router';
import { useState } from 'react';
import { useAskReset } from '../../api/session';
import { t } from '../../texts';
import { EmailInput, Welcome, WelcomeForm } from './Welcome';

export default function Forgotten() {
  const [email, setEmail] = useState('');
  const ask = useAskReset();
  return (
    <Welcome title={t.shell.forgotten.title}>
      <WelcomeForm
        title={t.shell.forgotten.title}
        about={t.shell.forgotten.about}
        submit={t.shell.forgotten.submit}
        busy={ask.isPending}
        error={ask.error}
        onSubmit={() => ask.mutate(email)}
        more={<Link to="/sign-in">{t.shell.forgotten.back}</Link>}
      >
        <EmailInput value={email} onChange={setEmail} />
        {ask.isSuccess && (
          <Alert color="green" role="status">
            {t.shell.forgotten.sent}
          </Alert>
        )}
      </WelcomeForm>
    </Welcome>
  );
}
