using Spectre.Console;

namespace Deliberate.Cli;

/// <summary>Runs work with the view that suits where standard error goes.</summary>
internal static class ProgressViews
{
    public static T Run<T>(Func<IProgressView, T> work)
    {
        if (!Terminal.IsLive)
        {
            var plain = new PlainProgressView(Console.Error, TimeProvider.System);
            var result = work(plain);
            plain.End();
            return result;
        }

        return Terminal.Progress.Progress().AutoClear(false).HideCompleted(false)
            .Columns(new ProgressBarColumn { Width = LiveProgressView.BarWidth }, new PercentageColumn(), new TaskDescriptionColumn { Alignment = Justify.Left })
            .Start(context =>
            {
                var live = new LiveProgressView(context, TimeProvider.System);
                var result = work(live);
                live.End();
                return result;
            });
    }
}
