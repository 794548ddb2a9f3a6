// The button of a page that is to be printed, which has nothing else to be pressed.
document.addEventListener("click", (event) => {
  if (event.target.closest('button[data-do="print"]')) window.print();
});
