// Of a large page the data are packed, and its script waits until they are not.
(() => {
  const find = (id) => document.getElementById(id);
  const bytes = Uint8Array.from(atob(find("data").textContent), (letter) => letter.charCodeAt(0));
  const begin = (data) => {
    const script = document.createElement("script");
    script.textContent = find("later").textContent;
    find("data").textContent = data;
    document.body.append(script);
  };
  if (!("DecompressionStream" in window)) find("title").textContent = find("old-browser").textContent;
  else new Response(new Blob([bytes]).stream().pipeThrough(new DecompressionStream("deflate"))).text().then(begin);
})();
