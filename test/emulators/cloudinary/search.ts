/**
 * The plain part of the search language: terms joined by AND, `field:value` (words, `*` at the end) or `field=value`
 * (exact).
 */
import type { CloudAsset } from './store.ts';

/** The pictures that match, or undefined when the expression is not understood. */
export function matching(assets: readonly CloudAsset[], expression: string): CloudAsset[] | undefined {
  const terms = expression
    .split(/\s+AND\s+/)
    .map((term) => /^\(?([\w.]+)\s*([:=])\s*"?([^"]*?)"?\)?$/.exec(term.trim()));
  if (expression.trim() === '') return [...assets];
  if (terms.some((term) => term === null)) return undefined;
  return assets.filter((asset) =>
    terms.every((term) => {
      const [, field = '', , value = ''] = term ?? [];
      return valuesOf(asset, field).some((held) =>
        value.endsWith('*') ? held.startsWith(value.slice(0, -1)) : held === value,
      );
    }),
  );
}

function valuesOf(asset: CloudAsset, field: string): string[] {
  if (field.startsWith('context.')) return [asset.context[field.slice(8)] ?? ''];
  switch (field) {
    case 'public_id':
      return [asset.publicId];
    case 'asset_folder':
    case 'folder':
      return [asset.assetFolder];
    case 'tags':
      return asset.tags;
    case 'resource_type':
      return ['image'];
    case 'format':
      return [asset.format];
    default:
      return [];
  }
}
