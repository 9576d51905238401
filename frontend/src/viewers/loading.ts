// Reads a model's files with three.js; every name in them is looked up among the item's own files.
import { Color, DoubleSide, Group, LoadingManager, Mesh, MeshStandardMaterial, Points, PointsMaterial, SRGBColorSpace, TextureLoader, type BufferGeometry, type Object3D } from 'three'
import { MeshoptDecoder } from 'three/examples/jsm/libs/meshopt_decoder.module.js'
import { DRACOLoader } from 'three/examples/jsm/loaders/DRACOLoader.js'
import { GLTFLoader } from 'three/examples/jsm/loaders/GLTFLoader.js'
import { MTLLoader } from 'three/examples/jsm/loaders/MTLLoader.js'
import { OBJLoader } from 'three/examples/jsm/loaders/OBJLoader.js'
import { PLYLoader } from 'three/examples/jsm/loaders/PLYLoader.js'
import { STLLoader } from 'three/examples/jsm/loaders/STLLoader.js'
import type { FileInfo } from '../types'
import { contentUrl, pictureUrl, plainMtl, refer } from './references'

export interface Loaded { scene: Object3D; lost: string[] }
export class CannotShow extends Error {}

const EMPTY = 'data:image/gif;base64,R0lGODlhAQABAIAAAMzMzP///yH5BAAAAAAALAAAAAABAAEAAAICRAEAOw=='
const BASE = 'hdp-item:/'

export async function load(item: number, files: FileInfo[], file: FileInfo, progress: (done: number, total: number) => void, signal: AbortSignal): Promise<Loaded> {
  const folder = file.path.split('/').slice(0, -1).join('/')
  const lost = new Set<string>()
  const manager = new LoadingManager()
  // Whatever a file names, nothing but this item's files is ever asked for.
  manager.setURLModifier((url) => {
    if (/^(data|blob):/.test(url)) return url
    const name = url.startsWith(BASE) ? url.slice(BASE.length) : url
    const found = refer(files, folder, name) ?? refer(files, folder, decoded(name))
    if (found) return /\.(bin|glbin|glb)$/i.test(found.path) ? contentUrl(item, found) : pictureUrl(item, found)
    lost.add(name)
    return EMPTY
  })
  const settled = allLoaded(manager)
  const bytes = await read(contentUrl(item, file), file.size, progress, signal)
  const scene = await parse(file.path, bytes, { item, files, folder, manager, lost, signal })
  await settled(scene)
  return { scene, lost: [...lost] }
}

interface Around { item: number; files: FileInfo[]; folder: string; manager: LoadingManager; lost: Set<string>; signal: AbortSignal }

async function parse(path: string, bytes: ArrayBuffer, around: Around): Promise<Object3D> {
  const kind = path.toLowerCase().split('.').pop()
  if (kind === 'glb' || kind === 'gltf') return gltf(bytes, around.manager)
  if (kind === 'stl') return solid(new STLLoader().parse(bytes))
  if (kind === 'ply') return solid(new PLYLoader().parse(bytes))
  const text = new TextDecoder().decode(bytes)
  const loader = new OBJLoader(around.manager)
  const materials = await mtl(text, around)
  if (materials) loader.setMaterials(materials)
  return loader.parse(text)
}

async function gltf(bytes: ArrayBuffer, manager: LoadingManager): Promise<Object3D> {
  const loader = new GLTFLoader(manager)
  const draco = new DRACOLoader() // with a manager of its own: its decoder is the app's, not the item's
  loader.setDRACOLoader(draco)
  loader.setMeshoptDecoder(MeshoptDecoder)
  // Pictures inside the file go through <img>, which the page's content policy allows for blob:.
  loader.register((parser) => {
    parser.textureLoader = new TextureLoader(manager)
    return { name: 'hdp-pictures' }
  })
  try {
    return (await loader.parseAsync(bytes, BASE)).scene
  } finally {
    draco.dispose()
  }
}

async function mtl(text: string, around: Around): Promise<MTLLoader.MaterialCreator | null> {
  const names = [...text.matchAll(/^\s*mtllib\s+(.+?)\s*$/gm)].flatMap((m) => spoken(m[1]!, around))
  if (names.length === 0) return null
  const parts: string[] = []
  for (const name of names) {
    const found = refer(around.files, around.folder, name)
    if (!found) around.lost.add(name)
    else parts.push(new TextDecoder().decode(await read(contentUrl(around.item, found), found.size, () => {}, around.signal)))
  }
  const loader = new MTLLoader(around.manager)
  loader.setMaterialOptions({ side: DoubleSide })
  const materials = loader.parse(plainMtl(parts.join('\n')), BASE)
  materials.preload()
  return materials
}

/** `mtllib` may name several files, or one with spaces in its name. */
const spoken = (line: string, around: Around): string[] => (refer(around.files, around.folder, line) ? [line] : line.split(/\s+(?=\S+\.mtl)/i))

function solid(geometry: BufferGeometry): Object3D {
  const colours = geometry.hasAttribute('color')
  const faces = geometry.index !== null || !isCloud(geometry)
  if (!faces) return new Points(geometry, new PointsMaterial({ size: 2, sizeAttenuation: false, vertexColors: colours, color: colours ? 0xffffff : 0x8c8478 }))
  if (!geometry.hasAttribute('normal')) geometry.computeVertexNormals()
  const material = new MeshStandardMaterial({ color: new Color(colours ? '#ffffff' : '#b9b2a6'), vertexColors: colours, roughness: 0.85, metalness: 0, side: DoubleSide })
  return new Group().add(new Mesh(geometry, material))
}

/** A PLY without faces has neither an index nor (from STL) a normal for each corner. */
const isCloud = (geometry: BufferGeometry): boolean => geometry.index === null && !geometry.hasAttribute('normal')

function decoded(name: string): string {
  try {
    return decodeURIComponent(name)
  } catch {
    return name
  }
}

/** Waits until the pictures that the scene began to load are there, or have failed. */
function allLoaded(manager: LoadingManager): (scene: Object3D) => Promise<void> {
  let open = 0
  let tell: (() => void) | null = null
  const start = manager.itemStart.bind(manager)
  const end = manager.itemEnd.bind(manager)
  manager.itemStart = (url) => {
    open += 1
    start(url)
  }
  manager.itemEnd = (url) => {
    open -= 1
    end(url)
    if (open <= 0) tell?.()
  }
  return async (scene) => {
    if (open > 0) await new Promise<void>((done) => (tell = done))
    scene.traverse((one) => fix(one))
  }
}

/** Colour pictures of an MTL are sRGB, which the loader leaves to its caller. */
function fix(one: Object3D): void {
  const material = (one as Mesh).material
  for (const each of Array.isArray(material) ? material : material ? [material] : []) {
    const look = each as MeshStandardMaterial
    if ((look.map?.image as { src?: string } | undefined)?.src === EMPTY) look.map = null // not found: the plain colour
    if (look.map) look.map.colorSpace = SRGBColorSpace
    each.needsUpdate = true
  }
}

async function read(url: string, size: number, progress: (done: number, total: number) => void, signal: AbortSignal): Promise<ArrayBuffer> {
  const answer = await fetch(url, { credentials: 'same-origin', signal })
  if (!answer.ok || !answer.body) throw new CannotShow('The file could not be read.')
  const parts: Uint8Array<ArrayBuffer>[] = []
  let done = 0
  const reader = answer.body.getReader()
  for (let part = await reader.read(); !part.done; part = await reader.read()) {
    parts.push(part.value)
    done += part.value.byteLength
    progress(done, size)
  }
  return new Blob(parts).arrayBuffer()
}
