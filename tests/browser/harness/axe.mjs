// axe-core on a page: its violations, and a score as Lighthouse makes one.
import { readFile } from "node:fs/promises";
import { createRequire } from "node:module";

const SOURCE = await readFile(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
/** Lighthouse's weights. */
const WEIGHTS = { minor: 1, moderate: 3, serious: 7, critical: 10 };

/**
 * Of all rules that found something to look at, each with the weight of its impact: the share that passed, of 100. A rule that
 * one element breaks counts as broken whole.
 */
export async function audit(page) {
  const { passes, violations, impacts } = await page.evaluate(async (source) => {
    if (!globalThis.axe) (0, eval)(source);
    const { passes, violations } = await globalThis.axe.run(document, { resultTypes: ["violations"] });
    const impacts = Object.fromEntries(globalThis.axe._audit.rules.map(({ id, impact }) => [id, impact]));
    const nodes = (nodes) => nodes.map(({ target, failureSummary }) => `${target.join(" ")}: ${failureSummary}`);
    return {
      passes: passes.map(({ id }) => id),
      violations: violations.map((rule) => ({ id: rule.id, impact: rule.impact, help: rule.help, nodes: nodes(rule.nodes) })),
      impacts,
    };
  }, SOURCE);
  const weigh = (ids) => ids.reduce((sum, id) => sum + WEIGHTS[impacts[id]], 0);
  const broken = new Set(violations.map(({ id }) => id));
  const passed = weigh(passes.filter((id) => !broken.has(id)));
  return { score: (100 * passed) / (passed + weigh([...broken])), rules: passes.length + broken.size, violations };
}
