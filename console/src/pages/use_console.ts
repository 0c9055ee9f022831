import type { Asks } from "../api/queries";
import { useAnyConsole } from "../ui/console";

export const useConsole = () => useAnyConsole<Asks>();
