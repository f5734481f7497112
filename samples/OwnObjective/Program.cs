using Deliberate.Training;
using OwnObjective;

// dotnet run -c Release topr.yaml runs/topr
PolicyObjectives.Register(ToprObjective.Entry);
var (folder, _) = RecipeTraining.Run(args[0], args[1], overrides: args[2..], observer: RunObserver.InWords(Console.WriteLine));
Console.WriteLine(RecipeTraining.Report(folder));
