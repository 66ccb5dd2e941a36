import { Command, Option } from "commander";
import { type OptionTable, withField } from "../../options/option-table.ts";
import { DEFAULT_TRAIN_OPTIONS, type TrainOptions } from "../../train/recipe/options.ts";
import { PAPER_RECIPE } from "../../train/recipe/paper-recipe.ts";
import { NOISE_CHANCE, RECIPE_TABLE } from "../../train/recipe/recipe-table.ts";
import { addOptionTable, optionsGiven } from "../terminal/option-table.ts";

const RECIPES = {
  shipped: DEFAULT_TRAIN_OPTIONS,
  paper: { ...DEFAULT_TRAIN_OPTIONS, ...PAPER_RECIPE },
} as const;

/** The arguments of every kind of training beside the rows of its table. */
export interface TrainingArguments {
  readonly noise?: string;
  readonly seed?: number;
}

/** The same for a training by a recipe that has a name. */
export interface RecipeArguments extends TrainingArguments {
  readonly recipe: keyof typeof RECIPES;
  readonly init?: string;
  readonly teacher?: string;
}

/** Adds the options of a recipe to a command. */
export function addRecipeOptions(command: Command): Command {
  const recipe = new Option(
    "--recipe <name>",
    "shipped: one-cycle schedule, varied crops, averaged weights; paper: ReduceLROnPlateau",
  );
  command.addOption(recipe.choices(Object.keys(RECIPES)).default("shipped"));
  return addOptionTable(command, RECIPE_TABLE, RECIPES.shipped, { paper: RECIPES.paper });
}

/** The options of a recipe that the user gave, in words that the command line understands again. */
export function recipeWords(command: Command): string[] {
  const known = addRecipeOptions(new Command()).options.map(({ long }) => long);
  return command.options
    .filter(({ long }) => known.includes(long))
    .filter((option) => command.getOptionValueSource(option.attributeName()) === "cli")
    .flatMap((option) => {
      const value: unknown = command.getOptionValue(option.attributeName());
      if (typeof value === "boolean") return [option.long as string];
      return [option.long as string, Array.isArray(value) ? value.join(":") : String(value)];
    });
}

/** The named recipe with what the command line changes of it. */
export function recipeOf(args: RecipeArguments): TrainOptions {
  return trainingOptions(args, RECIPE_TABLE, RECIPES[args.recipe]);
}

/** A recipe with what the command line changes of it; a source of noise alone gives crops noise by `NOISE_CHANCE`. */
export function trainingOptions(
  args: TrainingArguments,
  table: OptionTable<TrainOptions>,
  recipe: TrainOptions,
): TrainOptions {
  const { noise, seed = recipe.seed } = args;
  const noisy = noise === undefined ? recipe : withField(recipe, "augmentation.noiseChance", NOISE_CHANCE);
  return optionsGiven(table, args, withField(noisy, "seed", seed));
}
