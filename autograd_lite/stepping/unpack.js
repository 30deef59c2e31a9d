// Of a large page the data are packed, and its script waits until they are not.
(() => {
  const find = (id) => document.getElementById(id);
  const letters = atob(find("data").textContent);
  const bytes = new Uint8Array(letters.length);
  for (let k = 0; k < letters.length; k++) bytes[k] = letters.charCodeAt(k); // a tenth of the time of `from`
  const begin = (data) => {
    const script = document.createElement("script");
    script.textContent = find("later").textContent;
    find("data").textContent = data;
    document.body.append(script);
  };
  if (!("DecompressionStream" in window)) find("title").textContent = find("old-browser").textContent;
  else new Response(new Blob([bytes]).stream().pipeThrough(new DecompressionStream("deflate"))).text().then(begin);
})();
