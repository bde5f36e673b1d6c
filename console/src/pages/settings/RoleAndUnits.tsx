// What somebody or a key may do, and whose contacts they see.
import { Select } from '@mantine/core';
import { t } from '../../texts';
import { UnitsInput } from './Units';

/** No units are all contacts. */
export type Access = { role: string; units: string[] | null };

export const ROLES = Object.entries(t.settings.roles).map(([value, label]) => ({ value, label }));

export function RoleAndUnits(props: { value: Access; onChange: (next: Access) => void }) {
  const { role, units } = props.value;
  return (
    <>
      <Select
        label={t.settings.role}
        data={ROLES}
        value={role}
        allowDeselect={false}
        onChange={(next) => next && props.onChange({ role: next, units })}
      />
      {role !== 'admin' && (
        <UnitsInput
          value={units ?? []}
          onChange={(next) => props.onChange({ role, units: next.length ? next : null })}
        />
      )}
    </>
  );
}
