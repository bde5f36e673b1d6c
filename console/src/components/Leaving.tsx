// Leaving a page with changes that are not saved asks first.
import { useBlocker } from '@tanstack/react-router';
import { t } from '../texts';
import { Ask } from './Ask';

export function Leaving({ dirty }: { dirty: boolean }) {
  const blocker = useBlocker({
    shouldBlockFn: ({ current, next }) => dirty && current.pathname !== next.pathname,
    enableBeforeUnload: () => dirty,
    withResolver: true,
  });
  if (blocker.status !== 'blocked') return null;
  return (
    <Ask
      title={t.shell.unsaved.title}
      confirm={t.shell.unsaved.leave}
      danger
      onConfirm={blocker.proceed}
      onClose={blocker.reset}
    >
      {t.shell.unsaved.body}
    </Ask>
  );
}
