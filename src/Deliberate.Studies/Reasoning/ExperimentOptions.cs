using Deliberate.Training;

namespace Deliberate.Studies;

/// <summary>What the command line may change of the experiment.</summary>
/// <param name="Seeds">How many; the recipe's if null.</param>
/// <param name="FirstSeed">The others follow it.</param>
/// <param name="Quick">The recipe's quick numbers: to see the chain work, not for results.</param>
/// <param name="Overrides">Of the training recipe.</param>
internal sealed record ExperimentOptions(int? Seeds = null, ulong FirstSeed = 1, bool Quick = false, IReadOnlyList<string>? Overrides = null);
