// Short messages in the corner: what was done, and what did not work.
import { notifications } from '@mantine/notifications';
import { messageOf } from './states';

export function done(message: string): void {
  notifications.show({ message, color: 'leaf', autoClose: 4000 });
}

export function failed(error: unknown): void {
  notifications.show({ message: messageOf(error), color: 'red', autoClose: 9000 });
}
