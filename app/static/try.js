/** What a booking tool of the clinic would do: it listens. Here the events are only shown. */

const heard = document.getElementById("heard");

document.addEventListener("plan", () => {
  heard.textContent = heard.dataset.plan;
});

document.addEventListener("book", (event) => {
  heard.textContent = heard.dataset.book.replace("{id}", event.detail.recommendation_id);
});
