// What the keyboard can do.
import { Modal, Table } from '@mantine/core';
import { t } from '../texts';

export default function Keyboard({ onClose }: { onClose: () => void }) {
  return (
    <Modal opened onClose={onClose} title={t.shell.keyboardTitle}>
      <Table>
        <Table.Tbody>
          {t.shell.keys.map(([keys, what]) => (
            <Table.Tr key={keys}>
              <Table.Td>
                {keys.split(' ').map((key) => (
                  <kbd key={key} className="key key-apart">
                    {key}
                  </kbd>
                ))}
              </Table.Td>
              <Table.Td>{what}</Table.Td>
            </Table.Tr>
          ))}
        </Table.Tbody>
      </Table>
    </Modal>
  );
}
