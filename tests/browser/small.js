() => {
  const within = (root) => [...root.querySelectorAll("*")].flatMap((one) => [one, ...(one.shadowRoot ? within(one.shadowRoot) : [])]);
  const aimed = (one) => one.matches("button, select, summary, label.answer, nav a, input") && !one.closest("label.answer > *");
  const seen = within(document).filter((one) => aimed(one) && one.type !== "hidden" && one.offsetParent);
  const boxes = seen.map((one) => [one.localName, one.getBoundingClientRect()]);
  return boxes.filter(([, { width, height }]) => width < 24 || height < 24).map(([name]) => name);
}
