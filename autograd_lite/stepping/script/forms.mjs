// The data of a trace as a page has them: what is told in one form many times stands there once.
//
// form     what is told, with holes: a number in it says which part stands there
// told     the number of a form, and behind it the parts

export function dataOf(text) {
  const data = JSON.parse(text); // which has no number that is not finite
  for (const name of ["values", "start", "partials"]) data[name] = data[name].map(Number); // "NaN"
  for (const name of ["nodes", "forward"]) data[name] = data[name].map((told) => filledForm(data.forms, told));
  data.steps = data.steps.map((told) => new StepTold(data.forms, told));
  return data;
}

export function filledForm(forms, [number, ...parts]) {
  const filled = (form) => {
    if (typeof form === "number") return parts[form];
    if (Array.isArray(form)) return form.map(filled);
    if (typeof form !== "object") return form;
    const whole = {};
    for (const key in form) whole[key] = filled(form[key]);
    return whole;
  };
  return filled(forms[number]);
}

// A step of the backward pass: of many thousands only those that are shown are put together.
class StepTold {
  constructor(forms, [child, parent, place, ...told]) {
    Object.assign(this, { child, parent, place });
    this.whole = () => {
      const whole = filledForm(forms, told);
      this.whole = () => whole;
      return whole;
    };
  }

  get heading() { return this.whole().heading; }

  get local() { return this.whole().local; }

  get formula() { return this.whole().formula; }

  get words() { return this.whole().words; }
}
