// Which attributes stand beside the key in a table.
import { Button, Checkbox, Popover, Stack } from '@mantine/core';
import { IconColumns3 } from '@tabler/icons-react';
import { t } from '../texts';

export function Columns(props: {
  offered: string[];
  chosen: string[];
  onChange: (chosen: string[]) => void;
}) {
  const { offered, chosen, onChange } = props;
  const toggle = (name: string) =>
    // In the order of the catalog, whatever is pressed first.
    onChange(offered.filter((one) => (one === name ? !chosen.includes(one) : chosen.includes(one))));
  return (
    <Popover position="bottom-start" shadow="md" trapFocus returnFocus>
      <Popover.Target>
        <Button variant="default" leftSection={<IconColumns3 size={16} />}>
          {t.members.columns}
        </Button>
      </Popover.Target>
      <Popover.Dropdown className="columns" aria-label={t.members.columns}>
        <Stack gap={8}>
          {offered.map((name) => (
            <Checkbox
              key={name}
              size="xs"
              label={name}
              checked={chosen.includes(name)}
              onChange={() => toggle(name)}
            />
          ))}
        </Stack>
      </Popover.Dropdown>
    </Popover>
  );
}
