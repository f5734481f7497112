using Deliberate.Reasoning;
using Deliberate.Training;
using OwnFamily;

// dotnet run -c Release binary.yaml runs/binary
var family = new BinaryFamily();
foreach (var fault in FamilyCheck.Faults(family)) Console.Error.WriteLine(fault);
Console.WriteLine(ProblemPreview.Render(family, family.Generate(Split.Train, level: 1, seed: 1, index: 0), seed: 1));
FamilyRegistry.Register(family);
var (folder, _) = RecipeTraining.Run(args[0], args[1], overrides: args[2..], observer: RunObserver.InWords(Console.WriteLine));
Console.WriteLine(RecipeTraining.Report(folder));
