// VIA 3's own code under node: what it finds in ../ours/dog.via.json (../read.via.json), and a project as it saves one (../theirs/via.json).
//
//     node via.js VIA/via-3.x.y/src/js

const fs = require('fs');
const path = require('path');
const vm = require('vm');

const here = path.join(__dirname, '..');
const parts = ['const', 'config', 'event', 'util', 'file', 'attribute', 'metadata', 'view', 'data', 'import_export', 'temporal_segmenter'];
const source = parts.map((part) => fs.readFileSync(path.join(process.argv[2], `_via_${part}.js`), 'utf8')).join('\n');

// What a page gives: addresses that count, a clock that stands, and links that are clicked.
let saved = [];
let addresses = 0;
const page = {
  console,
  Blob: class { constructor(texts) { this.text = texts && texts.join(''); } },
  URL: {
    createObjectURL: (blob) => { if (blob.text !== undefined) saved.push(blob.text); return `blob:${String(++addresses).padStart(32, '0')}`; },
    revokeObjectURL: () => {},
  },
  btoa: (text) => Buffer.from(text, 'latin1').toString('base64'),
  document: { createElement: () => ({ dispatchEvent() {} }), getElementById: () => null },
  MouseEvent: class {},
  Date: class extends Date { constructor(time) { super(time ?? 0); } static now() { return 0; } },
};
page.window = page;
const via = vm.runInNewContext(`${source}\n;({ _via_data, _via_import_export, _via_temporal_segmenter, _VIA_ATTRIBUTE_TYPE, _VIA_FILE_TYPE, _VIA_FILE_LOC })`, page);

const byTime = (a, b) => a[1] - b[1] || a[2] - b[2];
const cells = (row) => row.match(/"(?:[^"]|"")*"|[^,]+/g).map((cell) => (cell[0] === '"' ? cell.slice(1, -1).replaceAll('""', '"') : cell));

async function reads() {
  const data = new via._via_data();
  await data.project_load(fs.readFileSync(path.join(here, 'ours/dog.via.json'), 'utf8'));
  if (data.project_is_remote()) throw new Error('VIA takes it for a shared project');
  const [attribute] = data.cache.attribute_group['FILE1_Z2_XY0'];
  // The lanes of its timeline.
  const lanes = Object.create(via._via_temporal_segmenter.prototype);
  Object.assign(lanes, { d: data, vid: data.store.project.vid_list[0] });
  lanes._group_init(attribute);
  const options = data.store.attribute[attribute].options;
  const found = Object.entries(lanes.group).flatMap(([option, ids]) => ids.map((id) => {
    const [from, to] = data.store.metadata[id].z;
    return ['', Math.round(from * 1000), Math.round(to * 1000), options[option]];
  }));
  // The table it exports, which says options by their ids. Its promise is never kept, so it is not waited for.
  new via._via_import_export(data).export_to_temporal_segments_csv();
  const rows = saved.pop().split('\n').filter((row) => row[0] !== '#').map(cells);
  const table = rows.map(([, files, from, to, said]) => [JSON.parse(files)[0], Math.round(from * 1000), Math.round(to * 1000), JSON.parse(said).event]);
  const text = JSON.stringify({ lanes: found.sort(byTime), table: table.sort(byTime) }, null, 1);
  fs.writeFileSync(path.join(here, 'read.via.json'), `${text}\n`);
}

async function writes() {
  const data = new via._via_data();
  const event = await data.attribute_add('event', 'FILE1_Z2_XY0', via._VIA_ATTRIBUTE_TYPE.SELECT);
  await data.attribute_update_options_from_csv(event, 'Dog,猫 "ねこ"');
  const file = await data.file_add('dog.mp4', via._VIA_FILE_TYPE.VIDEO, via._VIA_FILE_LOC.LOCAL, '');
  const view = await data.view_add([file]);
  await data.metadata_add(view, [1.5, 4], [], { [event]: '0' });
  await data.metadata_add(view, [3, 9.25], [], { [event]: '1' });
  // A box on a picture, and a stretch of which nothing is said yet.
  await data.metadata_add(view, [2], [2, 1, 1, 3, 2], {});
  await data.metadata_add(view, [5, 6], [], {});
  await data.project_save();
  fs.writeFileSync(path.join(here, 'theirs/via.json'), `${saved.pop()}\n`);
}

reads().then(writes);
