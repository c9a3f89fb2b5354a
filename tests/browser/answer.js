async (truth) => {
  const root = document.querySelector("skincadence-intake").shadowRoot;
  const asked = [];
  const settle = (field, answer) => {
    const typed = field.querySelector("[type=text], [type=date]");
    const list = answer === null ? [] : [answer].flat().map(String);
    if (typed && answer !== "unsure") typed.value = answer ?? "";
    for (const control of field.querySelectorAll("[type=radio], [type=checkbox]")) control.checked = list.includes(control.value);
    const menu = field.querySelector("select");
    if (menu) menu.value = list[0] ?? "any";
  };
  for (let page = 0; page < 60 && root.querySelector("fieldset"); page += 1) {
    for (const field of root.querySelectorAll("fieldset")) {
      const question = field.dataset.question;
      asked.push(question);
      const concerns = Object.keys(truth).filter((id) => /^concerns\.\w+$/.test(id) && truth[id] === "yes");
      settle(field, question === "concerns" ? concerns : truth[question]);
    }
    const heading = root.querySelector("h2");
    root.querySelector("[type=submit]").click();
    for (let tries = 0; root.querySelector("h2") === heading || root.querySelector("[aria-busy]"); tries += 1) {
      if (tries > 2_000 || !root.querySelector(".problems")?.hidden) throw new Error(root.textContent.slice(0, 400));
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
  }
  return { asked, decision: root.querySelector("[data-decision]").dataset.decision };
}
