using System.Text;
using Deliberate.Core;

namespace Deliberate.Training;

/// <summary>
/// What happens to a batch whose loss or gradient is not finite: the trainer has left the weights alone, the batch is saved to
/// look at, the run goes on; three in a row stop it.
/// </summary>
internal sealed class NonFiniteGuard(RunFolder folder, IRunObserver observer)
{
    public const int MostInARow = 3;

    /// <summary>Part of a checkpoint.</summary>
    public int InARow { get; set; }

    /// <summary>Takes note of an update.</summary>
    /// <param name="update">What the trainer did.</param>
    /// <param name="name">Of the batch: the stage and step.</param>
    /// <param name="lines">The batch, as JSON lines.</param>
    /// <returns>Whether it was applied.</returns>
    /// <exception cref="UserError">It was the third in a row.</exception>
    public bool Check(in TrainingStep update, string name, Func<IEnumerable<string>> lines)
    {
        if (update.Applied)
        {
            InARow = 0;
            return true;
        }

        InARow++;
        var path = folder.Skipped(name);
        AtomicFile.Write(path, stream =>
        {
            foreach (var line in lines()) stream.Write(Encoding.UTF8.GetBytes(line + "\n"));
        });
        var problem = $"the loss of {name} is {update.Loss}, the gradient's norm {update.GradientNorm}: the batch was left out";
        if (InARow < MostInARow)
        {
            observer.Notice($"{problem} and saved to {path}.");
            return false;
        }

        throw new UserError(
            $"{problem}, the {MostInARow}rd in a row, and the run was stopped.", path,
            advice: "Lower the learning rates (optimizer.learning_rate, optimizer.muon_learning_rate) or clip_norm and train again; the saved batches show whether the data is at fault.");
    }
}
