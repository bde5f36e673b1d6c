// The catalog as a map: records in the middle row, what refers to what, interactions beneath their audience.
import { Background, Controls, type Edge, type Node, Position, ReactFlow } from '@xyflow/react';
import '@xyflow/react/dist/style.css';
import { useMantineColorScheme } from '@mantine/core';
import { useMemo } from 'react';
import { useCatalog } from '../../api/queries';
import type { Catalog } from '../../builder/catalog';
import { Failed, Loading } from '../../components/states';
import { t } from '../../texts';

const STEP_X = 232;
const STEP_Y = 190;
const PER_ROW = 5;

export default function CatalogMap() {
  const { data, error, refetch } = useCatalog();
  const { colorScheme } = useMantineColorScheme();
  const graph = useMemo(() => (data ? layout(data) : null), [data]);
  if (error) return <Failed error={error} retry={() => void refetch()} />;
  if (!data || !graph) return <Loading rows={8} />;
  return (
    <section className="card data-map" aria-label={t.data.mapLabel}>
      <ReactFlow
        nodes={graph.nodes.map((node) => ({ ...node, data: { label: label(node, data.counts) } }))}
        edges={graph.edges}
        fitView
        minZoom={0.2}
        colorMode={colorScheme === 'auto' ? 'system' : colorScheme}
        nodesConnectable={false}
        edgesFocusable={false}
        proOptions={{ hideAttribution: true }}
      >
        <Background gap={22} />
        <Controls showInteractive={false} />
      </ReactFlow>
    </section>
  );
}

function label(node: Node, counts: Map<string, number>) {
  return (
    <>
      <strong>{node.id.replace(/^\w+ /, '')}</strong>
      <span className="muted number">{t.number(counts.get(node.id) ?? 0)}</span>
    </>
  );
}

/** Audiences in the middle, other records above, interactions below; references as arrows. */
function layout(catalog: Catalog): { nodes: Node[]; edges: Edge[] } {
  const rows: string[][] = [
    ...chunks(catalog.entities.filter((one) => !one.audience).map((one) => `entity ${one.name}`)),
    ...chunks(catalog.entities.filter((one) => one.audience).map((one) => `entity ${one.name}`)),
    ...chunks(catalog.interactions.map((one) => `interaction ${one.name}`)),
  ];
  const widest = Math.max(...rows.map((row) => row.length));
  const nodes = rows.flatMap((row, y) =>
    row.map((id, x) => ({
      id,
      position: { x: (x + (widest - row.length) / 2) * STEP_X, y: y * STEP_Y },
      data: { label: id },
      sourcePosition: Position.Top,
      targetPosition: Position.Bottom,
      className: id.startsWith('entity') ? 'map-node map-entity' : 'map-node',
    })),
  );
  const edges: Edge[] = [];
  const refer = (from: string, owner: { attributes: { name: string; to?: string }[] }) => {
    for (const attribute of owner.attributes)
      if (attribute.to)
        edges.push({
          id: `${from} ${attribute.name}`,
          source: from,
          target: `entity ${attribute.to}`,
          label: attribute.name,
        });
  };
  for (const entity of catalog.entities) refer(`entity ${entity.name}`, entity);
  for (const type of catalog.interactions) {
    refer(`interaction ${type.name}`, type);
    edges.push({
      id: `of ${type.name}`,
      source: `interaction ${type.name}`,
      target: `entity ${type.audience}`,
      animated: false,
      className: 'map-of',
    });
  }
  return { nodes, edges };
}

function chunks(ids: string[]): string[][] {
  const found: string[][] = [];
  for (let i = 0; i < ids.length; i += PER_ROW) found.push(ids.slice(i, i + PER_ROW));
  return found;
}
