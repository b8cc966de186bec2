// Everything on the dashboard works without this: it only saves a tap when sorting, and offers the button that prints.

// A keyboard walks through a list by changing it: there the choice is made by its button, so a tap alone sends it.
const sort = document.getElementById("sort");
if (matchMedia("(pointer: coarse)").matches) sort.addEventListener("change", () => sort.form.requestSubmit());
const print = document.getElementById("print");
if (print) {
  print.hidden = false;
  print.addEventListener("click", () => window.print());
}
