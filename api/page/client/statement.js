// @ts-check
/** The print button: there only where scripts run. */
const button = document.getElementById('imprimer');
if (button) {
  button.hidden = false;
  button.addEventListener('click', () => window.print());
}
