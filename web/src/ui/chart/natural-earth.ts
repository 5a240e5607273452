/**
 * The Natural Earth projection by Tom Patterson: the whole world without the poles drawn out. Degrees to a plane and
 * back; the polynomials are those of "A Polynomial Equation for the Natural Earth Projection" (Šavrič et al., 2011).
 */
export const naturalEarth = {
  project([longitude, latitude]: number[]): [number, number] {
    const phi = radians(latitude ?? 0)
    return [radians(longitude ?? 0) * width(phi), -height(phi)]
  },
  unproject([x, y]: number[]): [number, number] {
    const wanted = -(y ?? 0)
    let phi = wanted
    // Newton's method: the height grows steadily with the latitude
    for (let step = 0; step < 25; step++) {
      const off = height(phi) - wanted
      phi -= off / slope(phi)
      if (Math.abs(off) < 1e-6) break
    }
    return [degrees((x ?? 0) / width(phi)), degrees(phi)]
  },
}

const radians = (degree: number): number => (degree * Math.PI) / 180
const degrees = (radian: number): number => (radian * 180) / Math.PI

function width(phi: number): number {
  const p2 = phi * phi
  const p4 = p2 * p2
  return 0.8707 - 0.131979 * p2 + p4 * (-0.013791 + p4 * (0.003971 * p2 - 0.001529 * p4))
}

function height(phi: number): number {
  const p2 = phi * phi
  const p4 = p2 * p2
  return phi * (1.007226 + p2 * (0.015085 + p4 * (-0.044475 + 0.028874 * p2 - 0.005916 * p4)))
}

function slope(phi: number): number {
  const p2 = phi * phi
  const p4 = p2 * p2
  return 1.007226 + p2 * (0.015085 * 3 + p4 * (-0.044475 * 7 + 0.028874 * 9 * p2 - 0.005916 * 11 * p4))
}
