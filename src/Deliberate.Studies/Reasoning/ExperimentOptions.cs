using Deliberate.Training;

namespace Deliberate.Studies;

/// <summary>What the command line may change of the experiment.</summary>
/// <param name="Seeds">How many; the recipe's if null.</param>
/// <param name="FirstSeed">The others follow it.</param>
/// <param name="Quick">The recipe's quick numbers: to see the chain work, not for results.</param>
/// <param name="Overrides">Of the training recipe.</param>
/// <param name="Only">Families to which it is narrowed; all if null.</param>
/// <param name="Models">Kinds of models that are made, with those that they start from; all if null.</param>
internal sealed record ExperimentOptions(
    int? Seeds = null, ulong FirstSeed = 1, bool Quick = false, IReadOnlyList<string>? Overrides = null, IReadOnlyList<string>? Only = null, IReadOnlyList<ExperimentModel>? Models = null);
