// The tabs of a page. Where they do not all fit, the open one is scrolled into sight.
import { Tabs } from '@mantine/core';
import { type ReactNode, useEffect, useRef } from 'react';

export function TabBar({ open, children }: { open: string; children: ReactNode }) {
  const bar = useRef<HTMLDivElement>(null);
  useEffect(() => {
    const tab = bar.current?.querySelector<HTMLElement>(`[role="tab"][aria-selected="true"]`);
    if (open && tab) tab.scrollIntoView({ block: 'nearest', inline: 'nearest' });
  }, [open]);
  return (
    <Tabs.List ref={bar} mb="lg" className="s-tabs">
      {children}
    </Tabs.List>
  );
}
