"use strict";

/** A button holds no link: the path of an operation is words, and its address is still read and written. */
const plainPaths = (system) => ({
  components: { DeepLink: ({ text }) => system.React.createElement("span", null, text) },
});

/** What a screen reader is told of the page: its groups follow the title, and the choice of servers has a name. */
function name(page) {
  const headings = page.querySelectorAll(":is(h3.opblock-tag, section.models > h4):not([aria-level])");
  for (const heading of headings) heading.ariaLevel = "2";
  for (const choice of page.querySelectorAll("#servers:not([aria-label])")) choice.ariaLabel = "Server";
}

window.addEventListener("DOMContentLoaded", () => {
  const page = document.getElementById("docs");
  new MutationObserver(() => name(page)).observe(page, { childList: true, subtree: true });
  SwaggerUIBundle({
    url: "openapi.json",
    dom_id: "#docs",
    deepLinking: true,
    displayRequestDuration: true,
    tryItOutEnabled: true,
    validatorUrl: null,
    presets: [SwaggerUIBundle.presets.apis],
    plugins: [plainPaths],
    defaultModelsExpandDepth: 0,
  });
});
