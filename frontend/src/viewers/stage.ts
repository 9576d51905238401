// The stage that a model stands on: camera, light, controls, and cleaning up after it.
import { AmbientLight, Box3, DirectionalLight, Material, Mesh, NeutralToneMapping, PMREMGenerator, PerspectiveCamera, Scene, SRGBColorSpace, Spherical, Texture, Vector3, WebGLRenderer, type Object3D } from 'three'
import { OrbitControls } from 'three/examples/jsm/controls/OrbitControls.js'
import { RoomEnvironment } from 'three/examples/jsm/environments/RoomEnvironment.js'

export interface Facts { triangles: number; size: [number, number, number] }

type Look = Material & { wireframe?: boolean; map?: Texture | null }

export class Stage {
  facts: Facts = { triangles: 0, size: [0, 0, 0] }
  private renderer: WebGLRenderer
  private scene = new Scene()
  private camera = new PerspectiveCamera(40, 1, 0.01, 1000)
  private controls: OrbitControls
  private lamp = new DirectionalLight(0xffffff, 1.6)
  private model: Object3D | null = null
  private maps = new Map<Look, Texture | null>()
  private watch: ResizeObserver
  private due = 0

  /** Throws where the browser has no WebGL. */
  constructor(private host: HTMLElement, canvas: HTMLCanvasElement) {
    this.renderer = new WebGLRenderer({ canvas, antialias: true, alpha: true, preserveDrawingBuffer: true })
    this.renderer.outputColorSpace = SRGBColorSpace
    this.renderer.toneMapping = NeutralToneMapping // bright sides keep their colour
    this.renderer.setPixelRatio(Math.min(devicePixelRatio, 2))
    this.scene.add(new AmbientLight(0xffffff, 0.9), this.camera)
    this.room() // metal shows only what it mirrors, so there must be something around it
    this.camera.add(this.lamp)
    this.lamp.position.set(1, 1.5, 1)
    this.controls = new OrbitControls(this.camera, canvas)
    this.controls.enableDamping = !matchMedia('(prefers-reduced-motion: reduce)').matches
    this.controls.addEventListener('change', () => this.draw())
    this.watch = new ResizeObserver(() => this.resize())
    this.watch.observe(host)
  }

  private room(): void {
    const maker = new PMREMGenerator(this.renderer)
    const room = new RoomEnvironment()
    this.scene.environment = maker.fromScene(room, 0.04).texture
    this.scene.environmentIntensity = 0.7
    room.dispose()
    maker.dispose()
  }

  show(model: Object3D): void {
    this.model = model
    this.scene.add(model)
    this.facts = { triangles: triangles(model), size: new Box3().setFromObject(model).getSize(new Vector3()).toArray() }
    this.resize()
    this.reset()
  }

  /** The whole model in view, from where the camera is now. */
  fit(): void {
    if (!this.model) return
    const box = new Box3().setFromObject(this.model)
    const radius = Math.max(box.getSize(new Vector3()).length() / 2, 1e-6)
    const narrow = Math.min(1, this.camera.aspect)
    const far = (radius / Math.sin((this.camera.fov * Math.PI) / 360) / narrow) * 0.92
    const way = this.camera.position.clone().sub(this.controls.target)
    if (way.lengthSq() === 0) way.set(0.5, 0.35, 1)
    this.controls.target.copy(box.getCenter(new Vector3()))
    this.camera.position.copy(this.controls.target).add(way.normalize().multiplyScalar(far))
    this.camera.near = far / 1000
    this.camera.far = far * 100
    this.camera.updateProjectionMatrix()
    this.controls.update()
    this.draw()
  }

  /** As it was first shown. */
  reset(): void {
    this.controls.target.set(0, 0, 0)
    this.camera.position.set(0.5, 0.35, 1)
    this.fit()
  }

  wire(on: boolean): void {
    for (const look of this.looks()) look.wireframe = on
    this.draw()
  }

  textures(on: boolean): void {
    for (const look of this.looks()) {
      if (!this.maps.has(look)) this.maps.set(look, look.map ?? null)
      if ('map' in look) look.map = on ? this.maps.get(look) : null
      look.needsUpdate = true
    }
    this.draw()
  }

  light(strength: number): void {
    this.lamp.intensity = strength
    this.draw()
  }

  /** Turns the view by degrees, for the keyboard. */
  turn(across: number, up: number): void {
    const from = new Spherical().setFromVector3(this.camera.position.clone().sub(this.controls.target))
    from.theta += (across * Math.PI) / 180
    from.phi = Math.min(Math.PI - 0.02, Math.max(0.02, from.phi + (up * Math.PI) / 180))
    this.camera.position.setFromSpherical(from).add(this.controls.target)
    this.controls.update()
    this.draw()
  }

  zoom(factor: number): void {
    const way = this.camera.position.clone().sub(this.controls.target)
    this.camera.position.copy(this.controls.target).add(way.divideScalar(factor))
    this.controls.update()
    this.draw()
  }

  /** Gives memory and the graphics card back. */
  close(): void {
    cancelAnimationFrame(this.due)
    this.watch.disconnect()
    this.controls.dispose()
    for (const look of this.looks()) {
      for (const value of Object.values(look)) if (value instanceof Texture) value.dispose()
      this.maps.get(look)?.dispose()
      look.dispose()
    }
    this.model?.traverse((one) => (one as Mesh).geometry?.dispose())
    this.scene.environment?.dispose()
    this.renderer.dispose()
    this.renderer.forceContextLoss()
  }

  private looks(): Look[] {
    const found = new Set<Look>()
    this.model?.traverse((one) => {
      const material = (one as Mesh).material as Look | Look[] | undefined
      for (const each of Array.isArray(material) ? material : material ? [material] : []) found.add(each)
    })
    return [...found]
  }

  private resize(): void {
    const { clientWidth: width, clientHeight: height } = this.host
    if (!width || !height) return
    this.camera.aspect = width / height
    this.camera.updateProjectionMatrix()
    this.renderer.setSize(width, height, false)
    this.draw()
  }

  private draw(): void {
    if (this.due) return
    this.due = requestAnimationFrame(() => {
      this.due = 0
      this.renderer.render(this.scene, this.camera)
      this.controls.update() // asks for another frame while it is still moving
    })
  }
}

function triangles(model: Object3D): number {
  let sum = 0
  model.traverse((one) => {
    const geometry = (one as Mesh).isMesh ? (one as Mesh).geometry : null
    sum += geometry ? (geometry.index?.count ?? geometry.getAttribute('position')?.count ?? 0) / 3 : 0
  })
  return Math.round(sum)
}
